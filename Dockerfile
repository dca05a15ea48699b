# Two stages over one base: the first has pip and its caches, the second only what runs.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
# The CPU build of torch: --build-arg PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
ARG PIP_EXTRA_INDEX_URL=
ARG PIP_INDEX_URL=
# A folder of wheels, mounted at build time, for a machine without internet: --build-arg PIP_FIND_LINKS=/wheels -v DIR:/wheels
ARG PIP_FIND_LINKS=
WORKDIR /opt/tintinh
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY config config
COPY retrieval retrieval
COPY seeds seeds
RUN python3 -m venv .venv \
    # PostgreSQL and a chat model are a setting away in the image too.
    && .venv/bin/pip install --no-cache-dir -c constraints.txt -e '.[postgresql,llm]' \
    && .venv/bin/python -m compileall -q bot config retrieval \
    && .venv/bin/tintinh index --data /var/lib/tintinh --corpus seeds

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --no-create-home tintinh
COPY --from=build /opt/tintinh /opt/tintinh
COPY --from=build --chown=10001:10001 /var/lib/tintinh /var/lib/tintinh
ENV PATH=/opt/tintinh/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    TINTINH_DATA_DIR=/var/lib/tintinh \
    TINTINH_WEB__HOST=0.0.0.0 \
    HF_HUB_DISABLE_TELEMETRY=1
USER 10001:10001
WORKDIR /var/lib/tintinh
VOLUME /var/lib/tintinh
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["tintinh", "serve"]
