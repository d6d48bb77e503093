/** Which files of a pieces directory are pieces. */

/** What a copy or a download that is not complete is called: by editors, browsers, rsync, wget, aria2. */
const temporary = /(~|\.(part|partial|tmp|temp|crdownload|download|filepart|swp|aria2))$/i;

/** `path` is relative to the directory; hidden files, what lies in hidden directories, and temporary names are not pieces. */
export function isPieceName(path: string): boolean {
  const parts = path.split('/');
  return parts.every((part) => !part.startsWith('.')) && !temporary.test(parts.at(-1) ?? '');
}
