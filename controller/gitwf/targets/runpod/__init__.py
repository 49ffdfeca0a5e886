"""Pods of RunPod: rented for jobs, watched while they cost money, and ended."""
