/** A task as it is sent: its JSON, with the outputs of other processors as the bytes that were received. */
import { createHash } from 'node:crypto';
import type { FilePart } from '../processes/line-writer.js';
import { digestRead } from './digests.js';
import { anotherDigest, opaqueOf } from './opaque.js';

export type TaskPart = Uint8Array | FilePart;

/** The parts of a task's JSON. */
export function taskParts(task: object): readonly TaskPart[] {
  const parts: TaskPart[] = [];
  let text = '{';
  let isFirst = true;
  for (const [key, value] of Object.entries(task)) {
    const whole = opaqueOf(value)?.json;
    const own = whole === undefined ? JSON.stringify(value) : '';
    // As in JSON: undefined members are left out.
    if (own === undefined) continue;
    text += `${isFirst ? '' : ','}${JSON.stringify(key)}:`;
    isFirst = false;
    if (typeof whole !== 'object') text += whole ?? own;
    else {
      parts.push(new TextEncoder().encode(text), whole);
      text = '';
    }
  }
  return [...parts, new TextEncoder().encode(`${text}}`)];
}

/** A digest by which an identical task is recognized; files are not read for it. */
export function taskDigest(parts: readonly TaskPart[]): string {
  const digest = createHash('sha256');
  for (const part of parts)
    digest.update(part instanceof Uint8Array ? part : `\0${part.sha256 ?? part.path} ${part.bytes}\0`);
  return digest.digest('hex');
}

/** Reads each file of a task. @throws StageError permanent for one that is not what was written */
export async function checkParts(parts: readonly TaskPart[], signal: AbortSignal): Promise<void> {
  for (const part of parts) {
    if (part instanceof Uint8Array || part.sha256 === undefined) continue;
    if ((await digestRead(part.path, signal)) === part.sha256) continue;
    throw anotherDigest(part.path);
  }
}
