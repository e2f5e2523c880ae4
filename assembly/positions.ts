// positions kernels.
