/** Types of the matchers, where Jest's global types and Vitest's both look: neither is imported. */
declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: has to be declared exactly as Jest and Vitest declare it
    interface Matchers<R, T = {}> {
      /** The execution has completed, with this result when one is given. */
      toComplete(result?: unknown): R;
      /** The execution has failed, and this is the `code` or `name` of the error or of one of its causes. */
      toFailWith(code: string): R;
      /** It took this many calls of the handler. */
      toFinishInInvocations(count: number): R;
      /** At least one continuation went by this channel. */
      toHaveHandedOffVia(channel: string): R;
      /** No disturbed run of an exploration ended otherwise than the undisturbed one. */
      toHoldItsPromise(): R;
    }
  }
}

export {};
