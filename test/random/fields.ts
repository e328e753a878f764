import type { Edit } from './program';

interface Node {
  readonly id: number;
  next: Node | undefined;
}

/** The job's `@State` fields. */
export interface Fields {
  total: number;
  lines: string[];
  sums: Map<string, bigint>;
  marks: Set<number>;
  bytes: Uint8Array;
  day: Date | undefined;
  nodes: Node[];
  /** Shared with `nodes`. */
  last: Node | undefined;
  /** How often each step has gone to another. */
  jumps: Record<string, number>;
  /** The counters of each generator step's loops, the outermost first. */
  counters: Record<string, number[]>;
}

/** As they are before anything has happened. */
export function createFields(): Fields {
  return {
    total: 0,
    lines: [],
    sums: new Map(),
    marks: new Set(),
    bytes: new Uint8Array(4),
    day: undefined,
    nodes: [],
    last: undefined,
    jumps: {},
    counters: {},
  };
}

/** What an edit does, in the job and in the model alike: it is the user's code. Nothing is idempotent, so a change that is lost or kept twice shows. */
export function editFields(fields: Fields, edit: Edit): void {
  switch (edit.kind) {
    case 'add':
      fields.total += edit.by;
      return;
    case 'date':
      fields.day = new Date((fields.day?.getTime() ?? 0) + edit.days * 86_400_000);
      return;
    case 'drop':
      fields.day = undefined;
      fields.lines.shift();
      return;
    case 'link':
      fields.last = { id: fields.nodes.length, next: fields.last };
      fields.nodes.push(fields.last);
      if (fields.nodes[0] !== undefined) fields.nodes[0].next = fields.last;
      return;
    case 'list':
      fields.lines.push(`${edit.text} ${fields.lines.length}`);
      return;
    case 'mark':
      fields.total += fields.marks.has(edit.value) ? 3 : 1;
      fields.marks.add(edit.value);
      return;
    case 'byte':
      fields.bytes[edit.at] = (fields.bytes[edit.at] ?? 0) + 1;
      return;
    case 'sum':
      fields.sums.set(edit.key, (fields.sums.get(edit.key) ?? 0n) * 3n + BigInt(fields.total) + 1n);
      return;
  }
}
