"""Names of attributes that hold secrets by the provider's schema, whether or not a state marks them."""

import re
from functools import lru_cache

# Attributes that the provider's documentation calls sensitive, under whatever type they stand:
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs
_NAMES = frozenset(
    {
        "access_key",
        "admin_password",
        "api_key_value",
        "auth_token",
        "basic_auth_credentials",
        "certificate_private_key",
        "client_secret",
        "client_key",
        "connection_password",
        "custom_cookbooks_source_password",
        "encrypted_password",
        "encrypted_private_key",
        "encrypted_ses_smtp_password_v4",
        "key_material",
        "key_material_base64",
        "master_password",
        "master_user_password",
        "oauth_token",
        "passphrase",
        "password",
        "plaintext",
        "pre_shared_key",
        "private_key",
        "private_key_pem",
        "secret",
        "secret_access_key",
        "secret_binary",
        "secret_key",
        "secret_string",
        "ses_smtp_password_v4",
        "shared_secret",
        "signing_private_key",
        "tunnel1_preshared_key",
        "tunnel2_preshared_key",
        "user_password",
        "web_auth_token",
    }
)

# Attributes that hold a secret in these types and something public in others.
_BY_TYPE = frozenset(
    {
        ("aws_api_gateway_api_key", "value"),
        ("aws_appsync_api_key", "key"),
        ("aws_cognito_identity_provider", "provider_details"),
        ("aws_connect_instance", "key"),
        ("aws_glue_connection", "connection_properties"),
        ("aws_iot_certificate", "ca_pem"),
        ("aws_kms_ciphertext", "ciphertext_blob"),
        ("aws_lightsail_key_pair", "encrypted_fingerprint"),
        ("aws_sns_platform_application", "platform_credential"),
        ("aws_sns_platform_application", "platform_principal"),
        ("aws_ssm_parameter", "insecure_value"),
        ("aws_ssm_parameter", "value"),
    }
)

_STEP = re.compile(r"[^.\[\]]+")


@lru_cache(maxsize=65_536)
def is_secret(resource_type: str, path: str) -> bool:
    """Return whether an attribute, named by its Terraform path, holds a secret or lies in one."""
    steps = _STEP.findall(path)
    return any(step in _NAMES or (resource_type, step) in _BY_TYPE for step in steps)
