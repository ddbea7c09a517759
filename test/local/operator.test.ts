import { evaluate } from './run-program';

interface Definitions {
  users: { name: string; tags: string[]; password?: string; password_hash: string }[];
  permissions: { user: string; configure: string }[];
}

const made = (forTests: boolean): Promise<unknown> =>
  evaluate(`import { definitions } from './broker-files.mjs';
    const secrets = { password: 'app-secret', operatorPassword: 'operator-secret' };
    console.log(JSON.stringify(definitions({ vhost: 'v', user: 'app', operator: 'operator', ...secrets, forTests: ${String(forTests)} })));`);

it('lets the operator watch and set policies, and administer in tests alone', async () => {
  const tags = ({ users }: Definitions) => Object.fromEntries(users.map((user) => [user.name, user.tags]));
  expect(tags((await made(false)) as Definitions)).toEqual({ app: [], operator: ['monitoring', 'policymaker'] });
  expect(tags((await made(true)) as Definitions)).toEqual({ app: [], operator: ['administrator'] });
});

it('writes no password into the definitions', async () => {
  const text = JSON.stringify(await made(false));
  expect(text).not.toContain('app-secret');
  expect(text).not.toContain('operator-secret');
});
