# Databricks notebook source
print(0)
