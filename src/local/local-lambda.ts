import { EventEmitter } from 'node:events';
import type { LocalLambdaEvents } from './events/local-lambda-events';
import type { EventSourceMappingOptions } from './options/event-source-mapping-options';
import type { FunctionOptions } from './options/function-options';
import type { InvokeOptions } from './options/invoke-options';
import type { InvokeResult } from './options/invoke-result';
import type { LocalLambdaOptions } from './options/local-lambda-options';
import type { QueueOptions } from './options/queue-options';

/** Lambda and SQS on this machine. */
export declare class LocalLambda extends EventEmitter<LocalLambdaEvents> implements AsyncDisposable {
  private constructor();
  static start(options?: LocalLambdaOptions): Promise<LocalLambda>;
  /** For both SDK clients: `new LambdaClient({ endpoint })`, `new SQSClient({ endpoint })`. */
  readonly endpoint: string;
  readonly region: string;
  readonly seed: number;
  createFunction(options: FunctionOptions): Promise<{ name: string; arn: string }>;
  /** Changes code or settings of `$LATEST` and ends its warm environments. */
  updateFunction(name: string, changes: Partial<Omit<FunctionOptions, 'name'>>): Promise<void>;
  publishVersion(name: string): Promise<string>;
  setAlias(functionName: string, alias: string, version: string): void;
  createQueue(options: QueueOptions): Promise<{ name: string; url: string; arn: string }>;
  /** Returns a function that ends the mapping. */
  addEventSourceMapping(options: EventSourceMappingOptions): () => void;
  invoke(options: InvokeOptions): Promise<InvokeResult>;
  sendMessage(queueArn: string, body: string, options?: { delayMs?: number; groupId?: string; deduplicationId?: string }): string;
  /** Takes all visible messages out of a queue. */
  drainQueue(queueArn: string): Promise<{ messageId: string; body: string; attributes: Record<string, string> }[]>;
  metric(functionName: string, metric: 'Errors' | 'Invocations' | 'RecursiveInvocationsDropped' | 'Throttles'): number;
  /** Kills the process of a running invocation, as a crash would. */
  kill(requestId: string): boolean;
  /** Resolves when nothing is queued, running or scheduled: events, retries, and messages of mapped queues, delayed or in flight. */
  idle(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
