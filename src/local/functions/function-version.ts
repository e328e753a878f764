/** One runnable version of a function: its code and settings, with every default filled in. */
export interface FunctionVersion {
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly taskRoot: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly retryAfterMs: number;
  readonly nodePath: string;
  readonly runtimeClient: string;
}

/** A function as callers name it. */
export interface FunctionName {
  readonly name: string;
  readonly qualifier?: string;
}

const pattern =
  /^(?:(?:arn:aws[\w-]*:lambda:[\w-]+:)?(?:\d{12}:)?function:)?([\w-]{1,140})(?::(\$LATEST|[\w-]{1,129}))?$/;

/** Reads `name`, `name:qualifier`, a partial or a full ARN. Answers nothing when it is none of them. */
export function parseFunctionName(text: string): FunctionName | undefined {
  const [, name, qualifier] = pattern.exec(text) ?? [];
  if (name === undefined) return undefined;
  return qualifier === undefined ? { name } : { name, qualifier };
}
