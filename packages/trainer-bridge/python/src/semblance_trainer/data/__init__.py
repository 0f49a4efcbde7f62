"""Datasets and their pixels."""
