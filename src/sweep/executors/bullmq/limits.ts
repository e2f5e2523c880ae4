// Times and sizes of sweeps over machines: the same for drivers and workers, which have to agree.

/** How often a driver and a worker say that they live, and look after what may have passed them by. */
export const HEARTBEAT_MILLISECONDS = 1000;
/** Who has been silent for so long is not there. Trials are locked for as long. */
export const LEASE_MILLISECONDS = 6000;
/** A worker that a driver has not seen for so long, while Redis answered, is gone: Redis may have been away itself. */
export const ABSENCE_MILLISECONDS = 4000;
/** How often BullMQ looks for jobs whose locks have run out. */
export const STALLED_MILLISECONDS = 2000;
/** How long a command may go unanswered before the connection is made anew: a cut cable tells nobody. */
export const SILENCE_MILLISECONDS = 10_000;
/** What is left of a study that nobody continues goes away by itself. */
export const KEEP_MILLISECONDS = 7 * 24 * 3600 * 1000;
/** How long a trial waits for the answer of a driver that is gone before its worker turns to others. */
export const PATIENCE_MILLISECONDS = 600_000;

/** Bytes of a trial as it is sent: its parameters, its task and its seeds. */
export const MOST_JOB_BYTES = 4 * 2 ** 20;
/** Bytes of a checkpoint that travels. A trial with a larger one runs, but begins anew where its worker is lost. */
export const MOST_CHECKPOINT_BYTES = 64 * 2 ** 20;
/** Bytes of what a worker says at a time: of a seed's result, above all. */
export const MOST_EVENT_BYTES = 16 * 2 ** 20;
/** Things said of a trial that wait for the driver: the trial waits where there are more. */
export const MOST_EVENTS = 10_000;
/** Values in a trial as it is sent, objects and lists included, and how deep they may lie in each other. */
export const MOST_NODES = 200_000;
export const MOST_DEPTH = 64;
/** What BullMQ tells of its jobs: nobody here reads it. */
export const MOST_TOLD = 1000;
/** Characters of names and identifiers. */
export const MOST_NAME = 200;
/** Characters of a message, such as an error's. */
export const MOST_MESSAGE = 4000;
