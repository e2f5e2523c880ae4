// Multi-head attention. Eight (batch, head) pairs are worked on at once, one in each lane of two
// vectors, so that scores, normaliser and context need no sums across lanes at any head width.
//   blocks   sizes of blocks and their places in scratch
//   lanes    rows of tensors <-> lane-interleaved panels
//   product  the one matrix product that all steps are made of
//   normalize, dropout   what happens to a row of scores
//   small    few queries and keys: each step for many groups at once, by groups, short and short-softmax

export { attentionForward } from "./forward";
export { attentionBackward } from "./backward";
export { attentionSavedFloats, attentionWeights } from "./weights";
