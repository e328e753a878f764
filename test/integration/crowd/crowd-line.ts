/** What an execution's process wrote down. `foreign`: something that belongs to another execution was seen. */
export interface CrowdLine {
  readonly kind: 'foreign' | 'hook';
  readonly executionId: string;
  readonly what: string;
}
