/** Who gives a command: the name the caller states, else its address; and the command's id: the caller's, else a new one. */
import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import * as z from 'zod';
import { escaped } from '../protocol/text/escaped.js';
import { byHeader, commandHeader, longestBy, longestCommandId } from '../protocol/who.js';
import { readBody } from './body.js';
import { callerAddress } from './caller.js';
import { parse } from './parse.js';

/** One short line; characters that could forge a log line are escaped. */
export const byText = z
  .string()
  .trim()
  .min(1, 'who gives the command, such as alice@laptop')
  .max(longestBy, `a text of at most ${longestBy} characters`)
  .transform(escaped);

/** From the header, else the address; undefined if there is neither. @throws invalid_request */
export function callerBy(c: Context, how: 'http' | 'rpc'): string | undefined {
  const told = c.req.header(byHeader);
  if (told !== undefined) return parse(byText, decoded(told), byHeader);
  const address = callerAddress(c);
  return address === undefined ? undefined : `${how} from ${address}`;
}

export const commandIdText = z.string().min(1).max(longestCommandId);

/** The id in a command's header, else a new one. @throws invalid_request */
export function commandId(c: Context): string {
  const told = c.req.header(commandHeader);
  return told === undefined ? randomUUID() : parse(commandIdText, told, commandHeader);
}

/** The body of a command, with `by` and `id` filled in. @throws body_too_large, invalid_request */
export async function readCommand(c: Context): Promise<unknown> {
  const body = await readBody(c);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const by = 'by' in body ? undefined : callerBy(c, 'http');
  return { ...body, ...('id' in body ? {} : { id: commandId(c) }), ...(by === undefined ? {} : { by }) };
}

/** A header can hold only ASCII: other letters are percent-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
