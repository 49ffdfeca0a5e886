"""What a run will do and what decides it: plans, keys, stages. Pure: values in, values out."""
