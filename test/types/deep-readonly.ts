/** Compiled, never run: an input is readonly at any depth, and still itself. */

import type { DeepReadonly, StepContext } from '../../src';

class Amount {
  #cents = 0;
  digits: number[] = [];
  plus(other: Amount): Amount {
    this.#cents += other.#cents;
    return this;
  }
}

class Hidden {
  private readonly secret = 1;
  shown = this.secret;
}

type Json = Json[] | boolean | number | string | { [key: string]: Json } | null;

interface Input {
  page: number;
  id: string & { readonly brand: 'id' };
  tags: string[];
  pair: [number, { deep: number[] }];
  since: Date;
  address: URL;
  bytes: Uint8Array;
  amounts: Amount[];
  hidden: Hidden;
  byName: Map<string, { count: number }>;
  names: Set<string>;
  json: Json;
  // biome-ignore lint/suspicious/noExplicitAny: as parsed JSON is typed
  anything: Record<string, any>;
  unknown: unknown;
  maybe?: { count: number };
  either: { kind: 'one'; list: number[] } | { kind: 'two' };
  call: (text: string) => number;
}

declare function takeAmount(amount: Amount): void;
declare function takeHidden(hidden: Hidden): void;
declare function takeDate(date: Date): void;
declare function takeUrl(url: URL): void;
declare function takeList(list: string[]): void;
declare function takeId(id: Input['id']): void;

export function read({ input }: StepContext<Input>): void {
  takeDate(input.since);
  takeUrl(input.address);
  takeHidden(input.hidden);
  takeId(input.id);
  for (const amount of input.amounts) takeAmount(amount);
  input.bytes.byteLength.toFixed();
  input.call('text').toFixed();
  if (input.either.kind === 'one') input.either.list.map((each) => each.toFixed());
  input.byName.get('a')?.count.toFixed();
  // @ts-expect-error readonly
  input.page = 2;
  // @ts-expect-error readonly
  input.tags.push('more');
  // @ts-expect-error readonly
  takeList(input.tags);
  // @ts-expect-error readonly
  input.pair[1].deep.push(1);
  // @ts-expect-error readonly
  input.amounts.pop();
  // @ts-expect-error readonly
  input.byName.set('a', { count: 1 });
  // @ts-expect-error readonly
  (input.byName.get('a') ?? { count: 1 }).count = 2;
  // @ts-expect-error readonly
  input.names.add('a');
  // @ts-expect-error readonly
  input.anything.key = 1;
  // @ts-expect-error readonly
  if (input.maybe) input.maybe.count = 2;
  // @ts-expect-error readonly
  if (input.either.kind === 'one') input.either.list.push(1);
  // @ts-expect-error readonly
  if (Array.isArray(input.json)) input.json.push(1);
}

/** Contexts go where contexts of a wider input are asked for. */
export const widen = (ctx: StepContext<Input>): StepContext<{ page: number }> => ctx;
export const forget = (ctx: StepContext<Input>): StepContext => ctx;
export const infer = <Value>(ctx: StepContext<Value>): StepContext<Value> => ctx;
export const page = (ctx: StepContext<Input>): number => infer(ctx).input.page;
// @ts-expect-error another input
export const mistake = (ctx: StepContext<Input>): StepContext<{ page: string }> => ctx;

// biome-ignore lint/suspicious/noExplicitAny: as parsed JSON is typed
export const anything: DeepReadonly<any> = 1;
export const unknowable = (value: unknown): DeepReadonly<unknown> => value;
