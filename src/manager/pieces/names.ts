/** Which files of a pieces directory are pieces. */

/** Names of incomplete copies and downloads: of editors, browsers, rsync, wget, aria2. */
const temporary = /(~|\.(part|partial|tmp|temp|crdownload|download|filepart|swp|aria2))$/i;

/** `path` is relative to the directory; hidden files, files in hidden directories, and temporary names are not pieces. */
export function isPieceName(path: string): boolean {
  const parts = path.split('/');
  return parts.every((part) => !part.startsWith('.')) && !temporary.test(parts.at(-1) ?? '');
}
