/** The input of the job that counts. */
export interface LedgerInput {
  /** Steps that end with the invocation. */
  readonly handOffAfter?: readonly number[];
}
