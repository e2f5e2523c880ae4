// optimizer kernels.
