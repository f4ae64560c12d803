/**
 * Address of a go-live's page in the Web UI; undefined when the Web UI of the server is not known.
 * `TEMPORAL_UI_ADDRESS` names it for servers that golive does not run.
 */
export async function uiUrlOf(
  connection: { address: string; namespace: string },
  workflowId: string,
  runId?: string,
): Promise<string | undefined> {
  const base = await uiBase(connection.address);
  if (base === undefined) return undefined;
  const path = ['namespaces', connection.namespace, 'workflows', workflowId, ...(runId === undefined ? [] : [runId])];
  return `${base.replace(/\/+$/, '')}/${path.map(encodeURIComponent).join('/')}`;
}

async function uiBase(address: string): Promise<string | undefined> {
  const [{ serverStatus }, { stateDir }] = await Promise.all([
    import('../server/local-server.js'),
    import('../server/paths.js'),
  ]);
  const status = serverStatus(stateDir());
  if (status.running && status.server.address === address) return status.server.uiUrl;
  return process.env['TEMPORAL_UI_ADDRESS'];
}
