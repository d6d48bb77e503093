/** POSTs an empty body and gives the time from the request to the answer read, ms. */
export async function timedPost(url, body = {}) {
  const started = performance.now();
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  const ms = performance.now() - started;
  if (!answer.ok) throw new Error(`${url}: ${JSON.stringify(said)}`);
  return ms;
}
