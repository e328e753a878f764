/** One call of `LocalLambda.invoke`: like the SDK's `InvokeCommand`, without the wire and never hit by request faults. */
export interface InvokeOptions {
  /** Name, `name:qualifier` or ARN. */
  readonly functionName: string;
  /** Version or alias, when `functionName` has none. */
  readonly qualifier?: string;
  /** The event: anything JSON. @defaultValue `{}` */
  readonly payload?: unknown;
  /** `RequestResponse` waits for the answer, `Event` queues, `DryRun` only checks. @defaultValue `RequestResponse` */
  readonly invocationType?: 'DryRun' | 'Event' | 'RequestResponse';
}
