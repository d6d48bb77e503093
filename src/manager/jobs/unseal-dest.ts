/** Where an unsealed piece is delivered: below a directory, or to a URL. Pure. */
import { SealvisorError } from '../../protocol/errors.js';

/**
 * A directory is a `file:` URL; `http:` and `https:` URLs get a PUT. Below a directory, and below a URL that ends in `/`,
 * each piece is named by its CID.
 * @throws usage
 */
export function unsealDest(text: string, pieces: number): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['file:', 'http:', 'https:'].includes(url.protocol))
    throw new SealvisorError(
      'usage',
      `--dest ${text}: name a directory, or a URL that begins with http:// or https://`,
    );
  if (url.protocol === 'file:' && (url.host !== '' || !/^file:\/\/\//i.test(text)))
    throw new SealvisorError('usage', `--dest ${text}: a file: URL has three slashes and an absolute path`);
  if (url.protocol === 'file:' && !url.pathname.endsWith('/')) url.pathname += '/';
  if (pieces > 1 && !url.pathname.endsWith('/'))
    throw new SealvisorError('usage', `--dest ${text}: ${pieces} pieces cannot go to one place; end it in /`);
  return url;
}

/** Without parts that may be secret: someone who may list jobs need not be allowed to write there. */
export function shownDest(dest: string): string {
  const url = new URL(dest);
  if (url.username !== '' || url.password !== '') [url.username, url.password] = ['…', ''];
  if (url.search !== '') url.search = '?…';
  return url.href.replaceAll(encodeURIComponent('…'), '…');
}

export function destOf(dest: URL, cid: string): string {
  if (!dest.pathname.endsWith('/')) return dest.href;
  const url = new URL(dest);
  url.pathname += cid;
  return url.href;
}
