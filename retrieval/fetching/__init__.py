"""What comes from the network: guarded fetches, feeds and sitemaps, and the sources that one file declares."""
