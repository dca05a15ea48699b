"""Tests of Tin Tỉnh, a file a module."""
