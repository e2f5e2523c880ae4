// quantize kernels.
