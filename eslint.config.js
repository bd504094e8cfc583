import tseslint from 'typescript-eslint';

/** Where the program meets the machine: here time, chance and the environment are read, and passed on from here. */
const OUTERMOST = ['server/cli/**', 'server/clock/**', 'server/clock.ts', 'bench/**', 'scripts/**', 'test/**'];

const passedIn = 'is passed in: nothing below server/cli reads it';

export default tseslint.config(
  { ignores: ['dist/', 'dist.*/', 'data/', 'coverage/', '.tap/', '.cache/', '**/.*/'] },
  {
    files: ['**/*.{js,mjs,ts}'],
    extends: [tseslint.configs.base],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-debugger': 'error',
      'no-eval': 'error',
      'no-fallthrough': 'error',
      'no-self-compare': 'error',
      'no-sparse-arrays': 'error',
      'no-unsafe-finally': 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-unreachable-loop': 'error',
      'no-throw-literal': 'error',
      'preserve-caught-error': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-throw-literal': 'off',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: OUTERMOST,
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: `Time ${passedIn}.` },
        { object: 'Math', property: 'random', message: `Randomness ${passedIn}.` },
        { object: 'process', property: 'env', message: `The environment ${passedIn}.` },
        { object: 'process', property: 'argv', message: `The command line ${passedIn}.` },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: `Time ${passedIn}.` },
      ],
      'no-restricted-imports': [
        'error',
        { paths: ['node:process', 'process'].map(name => ({ name, message: `The environment ${passedIn}.` })) },
      ],
    },
  },
  {
    // tap awaits every subtest that was started.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafePromises: [{ from: 'package', package: '@tapjs/core', name: 'PromiseWithSubtest' }] },
      ],
    },
  },
);
