import { type Protocol, protocols } from "../protocol.js";

/** Whether dropout is as set for the whole audit, or none: no question of the thirteen, but a choice of training. */
export type Dropout = "as-set" | "none";

/** Every answer that an audit changes: all fields of a protocol, and dropout. */
export type Answers = Omit<Protocol, "base"> & { readonly dropout: Dropout };
/** A field of the protocol. */
export type Field = keyof Answers;
/** Regression or classification. */
export type Mode = "regression" | "classification";

const { base: _study, ...study } = protocols.study;
const { base: _sound, ...sound } = protocols.sound;

/**
 * What one-at-a-time designs start from. Both train to the end: the study's last commit stops at its first
 * validation, after which there is little to ask, so that question 10 is asked by stopping there.
 */
export const starts: Readonly<Record<"study" | "sound", Answers>> = {
  study: { ...study, trainingLength: "full", dropout: "as-set" },
  sound: { ...sound, dropout: "as-set" },
};
/** The protocol that a design starts from. */
export type Start = keyof typeof starts;
