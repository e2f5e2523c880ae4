export const T = {
  gamma: 0.1, maxGood: 25, maxOthers: 300, recent: false, liar: 1,
  goodScale: 0.8, badScale: 0.2, goodData: true, badData: false, floor: 0.01, prior: 1, badPrior: 1, ch: 1, chb: 1,
  candidates: 0, startup: 0, intFloor: 0.5, pseudo: 1, weight: "linear", dedupe: true,
};
