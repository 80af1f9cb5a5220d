"""One small module for each framework, platform or tool. Each imports the one third party it is for, and nothing here
imports any of them: `from segment_hooks.integrations.django import segment_view`."""
