/** Several attempts on one input: each may be refused, none may fail otherwise. */
export class Refusals {
  readonly #all: unknown[] = [];

  /** @throws what is thrown and is no PlateauError */
  async attempt(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      if ((error as Error | undefined)?.name !== "PlateauError") throw error;
      this.#all.push(error);
    }
  }

  get count(): number {
    return this.#all.length;
  }

  /** @throws PlateauError the first refusal, where there was one */
  tell(): void {
    if (this.#all.length > 0) throw this.#all[0];
  }
}
