"""Model folders: graphs, precisions, certificates, model cards."""
