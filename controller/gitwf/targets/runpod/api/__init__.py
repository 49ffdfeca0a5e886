"""RunPod's REST API, version 2 (https://docs.runpod.io/api-reference): what a client of pods needs of it."""
