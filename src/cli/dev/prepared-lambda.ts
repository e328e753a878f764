/** A local Lambda that is ready for the start event. */
export interface PreparedLambda {
  /** Name, or `name:alias`. */
  readonly functionName: string;
  /** Whether there is a continuation queue. */
  readonly hasQueue: boolean;
}
