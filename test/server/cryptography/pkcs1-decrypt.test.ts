import { constants, createPrivateKey, createPublicKey, publicEncrypt } from 'node:crypto';
import t from 'tap';
import { PaddingMethod } from '../../../kmip-codec/index.ts';
import { CryptographicFailure, decryptWithRsa, encryptWithRsa } from '../../../server/cryptography/index.ts';

const key = createPrivateKey({
  key:
    'MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAJ1BS8QWCnbWUNaRMOFW5O5PPNUyEz7ZM0QA0nORklY7nvApHHOa' +
    '/Tm+w4nP2oQNhe9VkfWp/BmgFop7zDsnCkuLQdK2NV6ZK6VEb3mTrnzzy3GEizpWL+dPVYmG6aejhAEDfZq8emSe9RzBR0sHe1OR' +
    'fJiTc4CsH+VtQplnsYrpAgMBAAECgYAylp3kH98P6dQpop2h8E1HaNA+GZTdZAw89TK+oPb9rMJtqhwQCK0r1XWcMPSwBJWwr8t7' +
    'x0plh/2YYUkLQnzp3XEtqg0k7q0H72w2fjZOLoJHtANJih4dO3FNpqPAN9YZE8/SjPpGcjzco5r5PtmNBMB4zsJOYv3tQsv19Loy' +
    'XQJBAMspuPuXks8GvIN00z25myjtoW3gHOdbPM+COkOCwoxIpEAYieyyXlm+5BJCuxnMvN3PyK0G7HIltJ+tCUV8Pv8CQQDGJxhd' +
    'wMRAVu3GelQ5HuDJcK+OJox7sZ5ZnmEgJb1zV0dq+XRezDJEvAh46mWgTOdr4fota3wCv94BvuML2h4XAkBjrskQyUJDSi7c4Ul0' +
    'k8lJv67hVoFYEzA3MNKdpV8HrezJdkDWXn5k0oDdZNigxBA3VWhFXYxORanmXuSZr2jJAkEApwmh4rZzOYGOI3hPs28yMt2JQB2C' +
    '42rRf96hJYZq8+YpUCZFUPx1i7eutK9zR/RMSYdPbCZlfbPcJECUCROvtQJARUqEw8pKcg4otso9TFF1s5mrTBUTnc7mNJRhDlQ8' +
    'dzo76Fk4vb79LK4mmEYrLiEnVMAIYYSmVHK4iW4plZTb6A==',
  format: 'der',
  type: 'pkcs8',
  encoding: 'base64',
});
const publicKey = createPublicKey(key);
const parameters = { paddingMethod: PaddingMethod.PKCS1V1_5 };
const raw = (block: Buffer) => publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block);
const decrypted = (data: Uint8Array) => decryptWithRsa(key, parameters, data);

void t.test('takes back what was encrypted by PKCS#1 v1.5, of every length (RFC 8017 §7.2)', async t => {
  for (const length of [0, 1, 16, 117]) {
    const data = Buffer.alloc(length, 5);
    t.same(decrypted(encryptWithRsa(publicKey, parameters, data, Buffer.alloc)), data, `${length} bytes`);
  }
  t.throws(() => encryptWithRsa(publicKey, parameters, Buffer.alloc(118), Buffer.alloc), CryptographicFailure);
  const least = Buffer.concat([Buffer.from([0, 2]), Buffer.alloc(8, 7), Buffer.from([0]), Buffer.alloc(117, 1)]);
  t.same(decrypted(raw(least)), Buffer.alloc(117, 1), 'with eight bytes of padding');
});

void t.test('a wrong padding gives the other data that OpenSSL 4.0 gives, and no error', async t => {
  for (const [name, ciphertext, expected] of [
    [
      'a padding of seven bytes',
      '60bb25f33bb5d1e1f6748eff5545c91ef73c77a6e6e4a1575595cd40973f42613d76b4ddad1c517a147da0385982482b9fb8' +
        '41433f492709a3f5c9493c3bafce8bf32155b8883539fda44ad4d64a3461f2bd000958ed56c2369b46919333923ae59f17fb' +
        '19fdd52a5a6a7cbbd31556d41c37ab46211a96bbe3036e54df1a6ad5',
      '00a8fe9a890fc438ec544ac62b28274ab6a855c8056d61d550a170b31bfd7d478c7681a363089b6bb2051b3a854a4609d867' +
        'df31934ac1026dc3a8e7a1090726a0df4096f77bc1768789667995b088',
    ],
    [
      'no end of the padding',
      '1a7f9811f690a369d19bb0bf2b9cc91fc3c01e6952c3f34fcdf02c4d3343f21197d1c4489fa971d831b8362aafa9522e73fe' +
        '38d04c5de572a1501ed3ce2f149d8e793ae97f70f224e3a995b322d62708b112c014ad6358ea076ad50e1939c0256f7d65db' +
        'd15199377408ce9d2950e99c8e925749e897eb77fbaeab97aa04e2af',
      '547889207064b0204ac4dd2a556d1180427b9831328344f214c9e848b04285c5c55064a6b2b1ba2906b955dbad',
    ],
    [
      'a first byte of another type',
      '8d60b764b088b0789aaba77920ed90f08a758ad2e5f52ae262b8a6e5f9880736ffe01df1693d3d9586d118971218d6018950' +
        '5da23a3a3c23b8d94683a96f49dc2dafedea0f5e9cef4cac827b186a0219552cac41f053b9d375c3ee125c489b9ce88ec5dd' +
        'c847a6cf14645cb79bb1b87d0040d5203cc916865fbfe5f1b3245c55',
      'c2fa872ff6c09c72ca9d716a428848108c07543a90c0d44cf2627ed7b8a797fa7c2ea0e9321b47564d361b5a17c8b6233424' +
        '1b67a2156e658614d4748694d8',
    ],
    [
      'random',
      '458d8b978b64bb713db0893cc955ed121058e6da242066243fd979e4c5c10fabe75c08f21ecc4a08ba318d16e4b0a370a02f' +
        'b9b02b626e6f72215049babca69e7c6b676fb7a58d4f57032f84b2e7c2647b0b78339275dad8eccdc029e3b058cb7bf0ed06' +
        'c0bafa8e8a285e82a1359d506e2550ca4159d12bf23fd365ef953553',
      'f18daa8bc553924c96bf2be6fcab73de071e3cd708be34a9e0d52aaeb94f7ac168260b6ea4000c414de26add4e9842a6e459' +
        '6dc902cbbf770db6522e4b8002fb2f8d39e1eaf9193d02adf6c1e6980eae7a5cc36069d7d366ae1e272b8168b7bf39ef7bf7' +
        '463fb607b0bc',
    ],
  ] as const) {
    t.equal(decrypted(Buffer.from(ciphertext, 'hex')).toString('hex'), expected, name);
  }
});

void t.test('what is no number below the modulus is an error, for everybody can see it', async t => {
  for (const data of [Buffer.alloc(127, 1), Buffer.alloc(129), Buffer.alloc(128, 0xff)])
    t.throws(() => decrypted(data), { name: 'CryptographicFailure', message: /cannot be decrypted/ });
});
