// activation kernels.
