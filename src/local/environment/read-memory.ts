import { readFileSync } from 'node:fs';

/** Memory of a process in megabytes: now, and at its highest. Zeros where there is no /proc. */
export function readMemory(pid: number): { residentMb: number; peakMb: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return { residentMb: megabytes(status, 'VmRSS'), peakMb: megabytes(status, 'VmHWM') };
  } catch {
    return { residentMb: 0, peakMb: 0 };
  }
}

function megabytes(status: string, field: string): number {
  return Math.ceil(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024);
}
