"""A workflow's graph for a terminal, as Mermaid and as SVG."""
