/** The AWS SDK would complain about the Node version of this machine, which is not the one of the function. */
export const quietSdk = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
