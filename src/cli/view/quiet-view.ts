import type { View } from './view';

/** For `--quiet`: nothing at all. */
export class QuietView implements View {
  begin(): void {}
  show(): void {}
  remark(): void {}
  end(): void {}
  close(): void {}
}
