"""The body of a request, as far as it may be long."""

from starlette.requests import Request


async def whole_body(request: Request, longest: int) -> bytes | None:
    """Return the body as it came; None where it is longer than `longest` bytes."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            return None
    return body
