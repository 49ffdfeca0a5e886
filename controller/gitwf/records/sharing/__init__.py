"""What several clones of one remote know, made one: refs by name, and how two versions of each merge.

All of it is a matter of states: what was deleted leaves a mark (a record that is over, an archive, a
suspension that was lifted), so that a version that is missing is never taken for one that was deleted.
"""
