// PatchLanguage
