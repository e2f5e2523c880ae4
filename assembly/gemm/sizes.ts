// Every size of the blocked matrix product in one place. None of them changes a bit of the result.

/** Columns of a full panel of B: four vectors. */
export const NR = 16;
/** Inner block: a panel of B (KC·NR floats, 16 KiB) is half of a 32 KiB L1 cache. */
export const KC = 256;
/** Rows of A in a block: MC·KC floats, 256 KiB, half of a 512 KiB L2 cache. */
export const MC = 256;
/** Columns of B packed at once: KC·NC floats, 1 MiB. */
export const NC = 1024;
/** Most elements of C in a product of columns (TN) that is not packed: beyond, strides cost more than copies. */
export const OUTER = 192 * 64;
/** Most rows of C there where its columns fill no panel of NR. */
export const NARROW = 64;
/** Inner block there: as many rows of A and B stay in the first-level cache. */
export const OUTER_KC = 128;

// Layout of the scratch memory, in bytes from its start.
/** Packed panels of B; the last may be padded to its width, each up to a cache line longer. */
export const PANELS: usize = 0;
/** A block of A in strips of 16 rows, each up to a cache line longer (TN only). */
export const STRIPS: usize = PANELS + (KC + 1) * (NC + NR) * 4;
/** C of a panel whose columns do not fill it: MC·NR floats. */
export const EDGE: usize = STRIPS + (KC + 1) * MC * 4;
/** Bias of one panel, padded. */
export const BIAS: usize = EDGE + MC * NR * 4;
export const GEMM_SCRATCH: usize = BIAS + NR * 4;
