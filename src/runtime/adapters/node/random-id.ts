/** A fresh id for an execution that nobody gave one. */
export function createRandomId(): string {
  return process.getBuiltinModule('node:crypto').randomUUID();
}
