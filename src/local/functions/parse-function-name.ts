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
