/** A text that is kept apart from its execution's record. Nothing but these numbers leads to it: its place is derived from the execution's id. */
export interface Part {
  /** A name that was never used before and never will be. */
  readonly nonce: string;
  /** UTF-8 bytes of the whole text. */
  readonly bytes: number;
  /** Into how many it was cut. */
  readonly pieceCount: number;
}

/** The texts of an execution that can be kept apart. */
export type PartName = 'head' | 'state';

/** What of an execution is kept apart from its record. A record that never had parts has no layout. */
export interface Layout {
  readonly parts: Readonly<Partial<Record<PartName, Part>>>;
  /** Parts of earlier revisions that nobody needs and that may not have been removed yet. */
  readonly stale: readonly Part[];
}

type PartTuple = readonly [nonce: string, bytes: number, pieceCount: number];

/** Writes a layout as text. */
export function writeLayout({ parts, stale }: Layout): string {
  const { head, state } = parts;
  return JSON.stringify({
    ...(head && { head: toTuple(head) }),
    ...(state && { state: toTuple(state) }),
    stale: stale.map(toTuple),
  });
}

/** Reads what {@link writeLayout} wrote; `undefined` when it did not write it. */
export function readLayout(text: string): Layout | undefined {
  try {
    const { head, state, stale } = JSON.parse(text);
    return {
      parts: { ...(head && { head: fromTuple(head) }), ...(state && { state: fromTuple(state) }) },
      stale: stale.map(fromTuple),
    };
  } catch {
    return undefined;
  }
}

/** A revision as the runtime sees it: what the condition compares, and how the parts lie, so that the next write need not ask. */
export interface StampedLayout {
  /** A text without spaces. */
  readonly stamp: string;
  readonly layout: Layout | undefined;
}

/** Writes a revision. */
export function writeRevision({ stamp, layout }: StampedLayout): string {
  return layout === undefined ? stamp : `${stamp} ${writeLayout(layout)}`;
}

/** Reads a revision. One that nobody wrote has a stamp that matches nothing. */
export function readRevision(revision: string): StampedLayout {
  const at = revision.indexOf(' ');
  return at < 0
    ? { stamp: revision, layout: undefined }
    : { stamp: revision.slice(0, at), layout: readLayout(revision.slice(at + 1)) };
}

function toTuple({ nonce, bytes, pieceCount }: Part): PartTuple {
  return [nonce, bytes, pieceCount];
}

/** A nonce is letters and digits, so that no reference leads out of its execution's own place. */
function fromTuple([nonce, bytes, pieceCount]: PartTuple): Part {
  if (!/^[0-9a-z]{1,64}$/.test(nonce) || !isCount(bytes) || !isCount(pieceCount))
    throw new Error('not a part');
  return { nonce, bytes, pieceCount };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
