"""TFDrift: tells within moments who changed what Terraform manages on AWS."""
