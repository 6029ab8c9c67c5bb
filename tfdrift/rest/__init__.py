"""The REST API: FastAPI routers that the Lambda functions and the container share."""
