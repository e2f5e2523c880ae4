// targets kernels.
