"""What users hold in their hands; knows the gRPC contract and nothing else of ours."""
