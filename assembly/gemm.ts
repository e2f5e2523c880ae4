// gemm kernels.
