export { hashPassword, verifyPassword } from './password.ts';
export { PasswordChecker } from './password-checker.ts';
