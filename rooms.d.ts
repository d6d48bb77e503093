/** What the tests use of it. */
export interface Room {
  readonly room: string;
  readonly sees: readonly string[];
  readonly doors?: readonly string[];
}
export const mainSide: readonly string[];
export const rooms: readonly Room[];
export function roomOf(path: string): Room | undefined;
export function maySee(from: string, to: string, isTypeOnly?: boolean): boolean;
export function pageWith(page: string): string;
export function linterWith(config: unknown): unknown;
