"""The `.wf` language: text, tokens, tree, values and checks. Pure: values in, values out."""
