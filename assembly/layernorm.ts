// layernorm kernels.
